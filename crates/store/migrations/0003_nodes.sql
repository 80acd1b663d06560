create table if not exists bell (
  seq @serial,
  txid @int not null,
  at @int not null,
  topic text not null,
  rung_by @id not null
) @strict;
create index if not exists bell_txid on bell (txid);
create index if not exists bell_at on bell (at);
create table if not exists schema_contraction (
  step @int primary key,
  name text not null
) @strict;
