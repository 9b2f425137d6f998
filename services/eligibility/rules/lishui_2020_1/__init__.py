"""丽政办发〔2020〕1号: e-commerce support in the urban area of Lishui, 2020 to 2024."""
