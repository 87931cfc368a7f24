package store

// ByStaticToken is for the test of what SQLite makes of it.
const ByStaticToken = byStaticToken
