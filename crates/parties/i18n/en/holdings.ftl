# What a client holds: money, accounts, cards, loans, turnovers

entity-account = Account
entity-card = Card
entity-loan = Loan
entity-standing-order = Standing order
entity-holdings = Holdings
entity-feed-batch = Batch of feed records

field-account-number = Account number
field-account-kind = Account type
field-account-currency = Account currency
field-account-branch-id = Account branch
field-account-opened-on = Account opened
field-account-closed-on = Account closed
field-account-matures-on = Deposit maturity
field-account-rate-bp = Account rate, bp
field-account-review-on = Interest review of the account
field-account-limit-minor = Overdraft limit
field-account-balance-minor = Balance
field-account-balance-on = Balance as of
field-account-statement-frequency = Statement
field-account-role = Role on the account
field-card-account-id = Card account
field-card-client-id = Cardholder
field-card-kind = Card type
field-card-pan-masked = Card number
field-card-issued-on = Card issued
field-card-expires-on = Card valid until
field-card-state = Card status
field-loan-number = Contract number
field-loan-account-id = Repayment account
field-loan-client-id = Borrower
field-loan-kind = Loan type
field-loan-currency = Loan currency
field-loan-amount-minor = Loan amount
field-loan-term-months = Loan term, months
field-loan-payment-minor = Monthly payment
field-loan-rate-bp = Loan rate, bp
field-loan-review-on = Interest review of the loan
field-loan-opened-on = Loan granted
field-loan-ends-on = Loan until
field-loan-state = Loan status
field-loan-owed-minor = Debt
field-loan-overdue-minor = Overdue
field-loan-days-past-due = Days past due
field-loan-next-payment-on = Next payment
field-order-account-id = Order account
field-order-to-bank = Payee’s bank
field-order-to-account = Payee’s account
field-order-amount-minor = Order amount
field-order-currency = Order currency
field-order-purpose = Order purpose
field-order-state = Order status
field-holdings-accounts = Accounts
field-holdings-cards = Cards
field-holdings-loans = Loans
field-batch-source = Feed
field-batch-kind = Kind of records
field-batch-created = New
field-batch-changed = Changed
field-batch-sha256 = SHA-256 checksum

holdings-title = Holdings
holdings-money = Client’s money
holdings-deposits = Total deposits
holdings-credit = Available credit
holdings-owed = Total owed
holdings-no-accounts = No account
holdings-no-limits = No credit limit
holdings-no-loans = No loans
holdings-n-accounts = { $n ->
    [one] { $n } account
   *[other] { $n } accounts
 }
holdings-n-loans = { $n ->
    [one] { $n } loan
   *[other] { $n } loans
 }
holdings-n-unknown = { $n ->
    [one] debt of { $n } loan not known
   *[other] debt of { $n } loans not known
 }
holdings-overdue-sum = { $sum } overdue
holdings-debt-unknown = Debt not known
holdings-not-known = not known
holdings-debt = Outstanding debt

holdings-hidden = Balances are hidden
holdings-hidden-words = You can see this client but not their accounts: that takes the right “See accounts and balances” over this client.
holdings-hidden-short = hidden
holdings-hidden-amount = Balance hidden
holdings-empty = No holdings yet
holdings-empty-words = Accounts, deposits, cards and loans appear here as soon as the core banking system delivers them.

holdings-tab-overview = Overview
holdings-tab-assets = Assets
holdings-tab-liabilities = Liabilities
holdings-tab-closed = Closed
holdings-none-overview = Nothing active
holdings-none-assets = No assets
holdings-none-liabilities = No liabilities
holdings-none-closed = Nothing closed
holdings-column-name = Product
holdings-column-whose = Whose
holdings-column-terms = Terms
holdings-column-balance = Balance
holdings-own = Own
holdings-no-number = no number

holdings-account-current = Current account
holdings-account-savings = Savings account
holdings-account-deposit = Term deposit
holdings-account-card = Card account
holdings-account-loan = Loan account
holdings-card-debit = Debit card
holdings-card-credit = Credit card
holdings-card-business = Business card
holdings-card-junior = Junior card
holdings-card-classic = Classic card
holdings-card-gold = Gold card
holdings-loan-consumer = Consumer loan
holdings-loan-car = Car loan
holdings-loan-mortgage = Mortgage
holdings-loan-credit-card = Credit card limit
holdings-loan-sme = Business loan
holdings-loan-overdraft = Credit line
holdings-loan-other = Loan
holdings-role-owner = Owner
holdings-role-disponent = Authorised
holdings-role-signatory = Signatory
holdings-role-beneficiary = Beneficiary
holdings-role-guarantor = Guarantor

holdings-until = until { $day }
holdings-since = since { $day }
holdings-closed-on = closed { $day }
holdings-limit-of = limit { $sum }
holdings-lent = { $sum } over { $term }
holdings-payment = { $sum } a month
holdings-n-months = { $n } mo
holdings-balance-on = as of { $day }

holdings-sign-matures-today = Matures today
holdings-sign-matures-days = { $n ->
    [one] Matures in { $n } day
   *[other] Matures in { $n } days
 }
holdings-sign-matures-weeks = { $n ->
    [one] Matures in { $n } week
   *[other] Matures in { $n } weeks
 }
holdings-sign-matured = { $n ->
    [one] Matured { $n } day ago
   *[other] Matured { $n } days ago
 }
holdings-sign-review-today = Interest review today
holdings-sign-review = { $n ->
    [one] Interest review in { $n } day
   *[other] Interest review in { $n } days
 }
holdings-sign-review-late = { $n ->
    [one] Interest review { $n } day late
   *[other] Interest review { $n } days late
 }
holdings-sign-below-average = { $n }% of the { $months }-month average
holdings-sign-limit = { $n }% of the limit used
holdings-sign-limit-reached = Limit reached
holdings-sign-overdrawn = Overdrawn
holdings-sign-dormant = { $n ->
    [one] Dormant for { $n } month
   *[other] Dormant for { $n } months
 }
holdings-sign-dormant-years = { $n ->
    [one] Dormant for { $n } year
   *[other] Dormant for { $n } years
 }
holdings-sign-never-used = Never used
holdings-sign-card-expires = { $n ->
    [0] Expires today
    [one] Expires soon: { $n } day
   *[other] Expires soon: { $n } days
 }
holdings-sign-card-expired = Expired
holdings-sign-card-blocked = Blocked
holdings-sign-past-due = { $n ->
    [one] { $n } day past due, { $risk }
   *[other] { $n } days past due, { $risk }
 }
holdings-sign-late = Past due
holdings-sign-defaulted = Ended unpaid
holdings-sign-payment-today = Payment due today
holdings-sign-payment = { $n ->
    [one] Payment in { $n } day
   *[other] Payment in { $n } days
 }
holdings-sign-order-failing = Standing order failing
holdings-risk-low = low collection risk
holdings-risk-medium = medium collection risk
holdings-risk-high = high collection risk

holdings-turnover = Money in and out
holdings-turnover-months = Own accounts, { $n } months
holdings-turnover-until = Own accounts, { $n } months to { $month }

holdings-balance = Balance
holdings-none = None
holdings-terms = Account terms
holdings-parties = Who may dispose of it
holdings-orders = Standing orders
holdings-order = Transfer
holdings-number = Number
holdings-kind = Type
holdings-currency = Currency
holdings-branch = Branch
holdings-opened = Opened
holdings-closed = Closed
holdings-matures = Matures
holdings-rate = Rate
holdings-review = Interest review
holdings-statements = Statement
holdings-statement-monthly = monthly
holdings-statement-weekly = weekly
holdings-statement-after-transaction = after each transaction
holdings-movements = Transactions
holdings-no-movements = No transactions
holdings-no-movements-words = Transactions appear here once the core banking system delivers them.
holdings-column-day = Date
holdings-column-what = Transaction
holdings-column-partner = Counterparty
holdings-column-amount = Amount
holdings-column-after = Balance after

holdings-purpose-cash-in = Cash deposit
holdings-purpose-cash-out = Cash withdrawal
holdings-purpose-card-cash-out = Cash by card
holdings-purpose-transfer-in = Transfer received
holdings-purpose-transfer-out = Transfer sent
holdings-purpose-own-transfer = Between own accounts
holdings-purpose-interest = Interest
holdings-purpose-penalty-interest = Overdraft interest
holdings-purpose-statement-fee = Statement fee
holdings-purpose-pension = Pension
holdings-purpose-household = Household bills
holdings-purpose-insurance = Insurance
holdings-purpose-loan = Loan repayment
holdings-purpose-leasing = Leasing
holdings-purpose-salary = Salary
holdings-purpose-advance = Salary advance
holdings-purpose-grant = Student grant
holdings-purpose-bonus = Bonus, dividends
holdings-purpose-rent = Rent
holdings-purpose-utility = Utilities
holdings-purpose-groceries = Groceries
holdings-purpose-shopping = Shopping
holdings-purpose-telecom = Phone and internet
holdings-purpose-loan-issued = Loan paid out
holdings-purpose-loan-use = Paid from a loan
holdings-purpose-loan-payment = Loan payment
holdings-purpose-standing-order = Standing order
holdings-purpose-receipts = Receipts
holdings-purpose-supplier = To a supplier
holdings-purpose-payroll = Payroll
holdings-purpose-tax = Taxes and contributions
holdings-purpose-fee = Bank fee
