create table if not exists row_change (
  seq @serial,
  txid @int not null,
  table_name text not null,
  key text not null,
  client_id @id
) @strict;
create index if not exists row_change_txid on row_change (txid, seq);
