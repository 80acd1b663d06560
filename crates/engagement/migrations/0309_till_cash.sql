-- cash between the branch's safe and a clerk's till; who has given or taken it is another person than the clerk
create table if not exists till_cash (
  id @id primary key,
  branch_id @id not null references branch (id),
  clerk_id @id not null references staff (id),
  kind text not null check (kind in ('allocation', 'settlement')),
  currency text not null,
  amount_minor @int not null check (amount_minor > 0),
  reference text not null default '',
  at @int not null,
  by_id @id not null references staff (id)
) @strict;
create index if not exists till_cash_day on till_cash (branch_id, at);
create index if not exists till_cash_clerk on till_cash (clerk_id, at);
