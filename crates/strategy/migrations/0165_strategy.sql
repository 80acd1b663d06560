create table if not exists service_script (
  id @id primary key,
  key text not null unique,
  name text not null,
  name_en text not null,
  theme text not null,
  -- one step a line
  steps text not null,
  steps_en text not null,
  revision @int not null
) @strict;
create table if not exists price_item (
  id @id primary key,
  key text not null unique,
  name text not null,
  name_en text not null,
  -- a sum in minor units of a currency for each unit, or hundredths of a percent
  amount_minor @int,
  currency text,
  unit text not null,
  rate_bp @int,
  revision @int not null,
  check ((amount_minor is null) <> (rate_bp is null) and (amount_minor is null) = (currency is null))
) @strict;
