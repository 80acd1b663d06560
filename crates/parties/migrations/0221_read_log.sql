create table if not exists read_log (
  id @id primary key,
  client_id @id not null references client (id),
  staff_id @id references staff (id),
  at @int not null,
  level text not null,
  groups text not null,
  place text not null,
  channel text not null,
  operation_id @id not null,
  glass_id @id
) @strict;
create index if not exists read_log_at on read_log (at, id);
create index if not exists read_log_client on read_log (client_id, at, id);
create index if not exists read_log_staff on read_log (staff_id, at, id);
