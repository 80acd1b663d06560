create table if not exists journal_entry (
  seq @serial,
  txid @int not null,
  at @int not null,
  operation_id @id not null,
  command_id @id not null,
  actor_id @id,
  node text not null,
  channel text not null,
  command text not null,
  entity text not null,
  entity_id @id not null,
  client_id @id,
  changes text not null
) @strict;
create unique index if not exists journal_entry_order on journal_entry (txid, seq);
create index if not exists journal_entry_client on journal_entry (client_id, at) where client_id is not null;
create index if not exists journal_entry_entity on journal_entry (entity_id, at);
create index if not exists journal_entry_at on journal_entry (at);
create table if not exists journal_seal (
  pos @int primary key,
  seq @int not null unique,
  hash @bytes not null
) @strict;
create table if not exists journal_block (
  height @int primary key,
  first_pos @int not null,
  last_pos @int not null,
  last_txid @int not null,
  last_seq @int not null,
  sealed_at @int not null,
  previous @bytes not null,
  hash @bytes not null
) @strict;
create table if not exists journal_cursor (
  reader text primary key,
  pos @int not null,
  moved_at @int not null
) @strict;
