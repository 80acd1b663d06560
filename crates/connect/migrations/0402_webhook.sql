create table if not exists webhook (
  id @id primary key,
  title text not null,
  url text not null,
  events text not null,
  secret text not null,
  active @int not null default 1,
  version @int not null default 1,
  created_by @id references staff (id),
  created_at @int not null
) @strict;
create index if not exists webhook_created on webhook (created_at, id);
create table if not exists webhook_delivery (
  id @id primary key,
  webhook_id @id not null references webhook (id),
  position @int not null,
  event text not null,
  payload text not null,
  state text not null check (state in ('ready', 'sent', 'dead')),
  run_at @int not null,
  attempts @int not null default 0,
  last_status @int,
  last_error text,
  created_at @int not null,
  sent_at @int
) @strict;
create unique index if not exists webhook_delivery_once on webhook_delivery (webhook_id, position);
create index if not exists webhook_delivery_due on webhook_delivery (state, run_at);
create index if not exists webhook_delivery_listed on webhook_delivery (webhook_id, created_at, id);
