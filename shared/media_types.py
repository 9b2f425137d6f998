"""The media types of requests, answers and files."""

JSON = "application/json"
PROBLEM = "application/problem+json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
HTML = "text/html"
XML, TEXT_XML = "application/xml", "text/xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARROW = "application/vnd.apache.arrow.stream"
ZIP = "application/zip"
PARQUET = "application/vnd.apache.parquet"
BYTES = "application/octet-stream"
"""What clients declare that cannot name a file's type: many generated clients send any file as bytes."""

FILE_TYPES = (
    "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.oasis.opendocument.spreadsheet",
    "text/tab-separated-values",
    "text/comma-separated-values",
    "text/plain",
    "text/x-csv",
    "application/csv",
    "application/x-csv",
    "application/x-zip-compressed",
    ZIP,
)
"""What Excel and browsers declare for workbooks, CSV and TSV, beside XLSX and CSV; many say `vnd.ms-excel` for CSV."""
