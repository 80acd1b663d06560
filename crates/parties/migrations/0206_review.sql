create table if not exists account_review (
  account_id @id primary key references account (id),
  review_on text not null
) @strict;
create table if not exists loan_review (
  loan_id @id primary key references loan (id),
  review_on text not null
) @strict;
