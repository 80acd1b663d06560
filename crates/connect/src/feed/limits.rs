//! Every limit of reading a feed, named, in one place. What is beyond a limit is refused with the limit named.

/// Largest delimited file (bytes).
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Largest XLSX file as stored (bytes).
pub const XLSX_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest XLSX file when unpacked (bytes): its parts together. Stops archives that unpack without end.
pub const XLSX_UNPACKED_BYTES_MAX: u64 = 768 * 1024 * 1024;
/// Most parts in an XLSX archive.
pub const XLSX_PARTS_MAX: usize = 4_000;
/// Most sheets in a workbook.
pub const SHEETS_MAX: usize = 200;
/// Most files in an imported folder.
pub const FOLDER_FILES_MAX: usize = 1_000;
/// Longest row of a delimited file (bytes), line breaks inside quotes included.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;
/// Longest value of one column (bytes before decoding).
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Most lines one quoted value may span; beyond it the opening quote counts as never closed.
pub const QUOTED_LINES_MAX: u64 = 200;
/// Most columns of a file.
pub const COLUMNS_MAX: usize = 512;
/// Largest mapping file (bytes).
pub const MAPPING_BYTES_MAX: usize = 256 * 1024;
/// Most file rules in a mapping.
pub const MAPPING_FILES_MAX: usize = 60;
/// Most fields of one file rule.
pub const MAPPING_FIELDS_MAX: usize = 200;
/// Most rows of a file that serves as a lookup table.
pub const LOOKUP_ROWS_MAX: usize = 200_000;
/// Most bytes of one lookup table (keys and values together).
pub const LOOKUP_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest external id (characters).
pub const EXTERNAL_ID_CHARS_MAX: usize = 200;
/// Most different keys counted for derived external ids in one file.
pub const ORDINAL_KEYS_MAX: usize = 8_000_000;
/// Longest value quoted in a reject (characters).
pub const REJECT_VALUE_CHARS: usize = 80;
/// Rows a sheet reader may be ahead of the importer.
pub const SHEET_ROWS_AHEAD: usize = 256;
