create table if not exists row_before (
  table_name text not null,
  key text not null,
  content text,
  primary key (table_name, key)
) @strict;
