//! Tools of others over the document.
