-- One database and one role per service; no service can connect to the database of another.
\getenv password REDLETTER_DB_PASSWORD
\set ON_ERROR_STOP on

CREATE ROLE intake LOGIN PASSWORD :'password';
CREATE ROLE rma LOGIN PASSWORD :'password';
CREATE ROLE inspection LOGIN PASSWORD :'password';
CREATE ROLE repair LOGIN PASSWORD :'password';
CREATE ROLE finance LOGIN PASSWORD :'password';

CREATE DATABASE redletter_intake OWNER intake;
CREATE DATABASE redletter_rma OWNER rma;
CREATE DATABASE redletter_inspection OWNER inspection;
CREATE DATABASE redletter_repair OWNER repair;
CREATE DATABASE redletter_finance OWNER finance;

REVOKE CONNECT ON DATABASE redletter_intake FROM PUBLIC;
REVOKE CONNECT ON DATABASE redletter_rma FROM PUBLIC;
REVOKE CONNECT ON DATABASE redletter_inspection FROM PUBLIC;
REVOKE CONNECT ON DATABASE redletter_repair FROM PUBLIC;
REVOKE CONNECT ON DATABASE redletter_finance FROM PUBLIC;
