-- Room on each page of awards for the one change that each row lives to see: its version. Beside it, no index is written.

ALTER TABLE awards SET (fillfactor = 50);
