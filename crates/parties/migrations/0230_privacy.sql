create table if not exists client_erasure (
  client_id @id primary key references client (id),
  number text not null,
  state text not null check (state in ('kept', 'destroyed')),
  basis text not null check (basis in ('request', 'withdrawal', 'purpose_over', 'retention_over')),
  asked_on text not null,
  note text not null default '',
  law text not null default '',
  kept_until text,
  counts text not null,
  archive text,
  author_id @id,
  at @int not null,
  destroyed_at @int
) @strict;
create index if not exists client_erasure_at on client_erasure (at, client_id);
create index if not exists client_erasure_due on client_erasure (kept_until, client_id) where state = 'kept';
