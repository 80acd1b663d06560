create table if not exists account (
  id @id primary key,
  number text not null,
  kind text not null check (kind in ('current', 'savings', 'deposit', 'card', 'loan')),
  currency text not null,
  branch_id @id references branch (id),
  opened_on text not null,
  closed_on text,
  matures_on text,
  rate_bp @int,
  limit_minor @int not null default 0,
  balance_minor @int not null default 0,
  balance_on text,
  statement_frequency text not null default '',
  updated_at @int not null
) @strict;
create index if not exists account_number on account (number);
create table if not exists account_role (
  account_id @id not null references account (id),
  client_id @id not null references client (id),
  role text not null check (role in ('owner', 'disponent', 'signatory', 'beneficiary')),
  primary key (account_id, client_id, role)
) @clustered;
create index if not exists account_role_client on account_role (client_id);
create table if not exists card (
  id @id primary key,
  account_id @id not null references account (id),
  client_id @id not null references client (id),
  kind text not null,
  pan_masked text not null default '',
  issued_on text not null,
  expires_on text,
  state text not null default 'active' check (state in ('active', 'blocked', 'closed')),
  updated_at @int not null
) @strict;
create index if not exists card_client on card (client_id);
create table if not exists loan (
  id @id primary key,
  number text not null default '',
  account_id @id references account (id),
  client_id @id not null references client (id),
  kind text not null,
  currency text not null,
  amount_minor @int not null,
  term_months @int not null,
  payment_minor @int not null,
  rate_bp @int,
  opened_on text not null,
  ends_on text,
  state text not null check (state in ('running', 'closed', 'defaulted')),
  owed_minor @int,
  overdue_minor @int not null default 0,
  days_past_due @int default 0,
  next_payment_on text,
  updated_at @int not null
) @strict;
create index if not exists loan_client on loan (client_id);
create table if not exists standing_order (
  id @id primary key,
  account_id @id not null references account (id),
  to_bank text not null default '',
  to_account text not null default '',
  amount_minor @int not null,
  currency text not null,
  purpose text not null default '',
  state text not null default 'active' check (state in ('active', 'failing', 'closed'))
) @strict;
create index if not exists standing_order_account on standing_order (account_id);
create table if not exists account_transaction (
  id @id primary key,
  account_id @id not null references account (id),
  on_date text not null,
  ordinal @int not null,
  amount_minor @int not null,
  balance_minor @int,
  kind text not null default '',
  purpose text not null default '',
  partner_bank text not null default '',
  partner_account text not null default ''
) @strict;
create index if not exists account_transaction_day on account_transaction (account_id, on_date, ordinal);
create table if not exists account_month (
  account_id @id not null references account (id),
  month text not null,
  in_minor @int not null,
  out_minor @int not null,
  operations @int not null,
  primary key (account_id, month)
) @clustered;
