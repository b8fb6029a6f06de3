"""Selling: offers, settings and files of the shop, carts, waits for stock, orders and their states."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
create table offer (
    isbn text primary key,
    price integer check (price > 0),     -- minor units of the currency; null = not for sale
    currency text not null,              -- ISO 4217
    stock integer check (stock >= 0),    -- copies; null = not counted, always for sale
    updated_at integer not null
) without rowid;
create table shop_setting (
    key text primary key,
    value text not null
) without rowid;
create table shop_file (
    name text primary key,               -- 'logo'
    media_type text not null,
    width integer not null,              -- pixels
    height integer not null,
    content blob not null
) without rowid;

-- A number that grows with every change of the above: pages that caches keep depend on it.
create table shop_version (version integer not null);
insert into shop_version values (1);
create trigger offer_inserted after insert on offer
begin update shop_version set version = version + 1; end;
create trigger offer_updated after update on offer
begin update shop_version set version = version + 1; end;
create trigger offer_deleted after delete on offer
begin update shop_version set version = version + 1; end;
create trigger setting_inserted after insert on shop_setting
begin update shop_version set version = version + 1; end;
create trigger setting_updated after update on shop_setting
begin update shop_version set version = version + 1; end;
create trigger setting_deleted after delete on shop_setting
begin update shop_version set version = version + 1; end;
create trigger file_inserted after insert on shop_file
begin update shop_version set version = version + 1; end;
create trigger file_deleted after delete on shop_file
begin update shop_version set version = version + 1; end;

create table cart (
    cart_id integer primary key autoincrement,
    token_hash blob unique,              -- SHA-256 of a visitor's cookie; null = an account's cart
    user_id text unique,                 -- null = a visitor's cart
    used_at integer not null,
    check ((token_hash is null) <> (user_id is null))
);
create index cart_by_use on cart (used_at) where user_id is null;
create table cart_line (
    cart_id integer not null references cart on delete cascade,
    isbn text not null,
    quantity integer not null check (quantity between 1 and 99),
    added_at integer not null,
    primary key (cart_id, isbn)
) without rowid;
create table stock_wait (
    cart_id integer not null references cart on delete cascade,
    isbn text not null,                  -- out of stock when they asked
    created_at integer not null,
    primary key (cart_id, isbn)
) without rowid;

create table shop_order (
    order_id text primary key,           -- random: the address of a guest's order
    number integer not null unique,      -- for people, from 1001
    user_id text,                        -- null = a guest
    idempotency_key text not null unique,  -- with its buyer; random when none was sent
    request_digest text not null,        -- of the request with that key
    state text not null
        check (state in ('new', 'confirmed', 'packed', 'shipped', 'ready', 'done', 'cancelled')),
    currency text not null,
    goods integer not null,              -- minor units, here and below
    delivery_fee integer not null,
    total integer not null check (total = goods + delivery_fee),
    name text not null,
    phone text not null,                 -- '' when there is an e-mail address
    email text not null,                 -- '' when there is a phone number
    delivery text not null check (delivery in ('pickup', 'delivery')),
    address text not null,               -- '' for pickup
    payment text not null check (payment in ('cash', 'transfer')),
    note text not null,
    language text not null,
    created_at integer not null,
    check (phone <> '' or email <> ''),
    check (delivery = 'pickup' or address <> '')
) without rowid;
create index shop_order_by_reader on shop_order (user_id, number);
create table shop_order_line (
    order_id text not null references shop_order on delete cascade,
    isbn text not null,
    title text not null,                 -- as it was at the order, like author and price
    author text not null,
    price integer not null,
    quantity integer not null check (quantity > 0),
    taken_up integer not null default 0, -- 1 = this line is the reader's purchase interaction
    primary key (order_id, isbn)
) without rowid;
create table shop_order_state (
    order_id text not null references shop_order on delete cascade,
    step integer not null,               -- 1-based
    state text not null,
    actor text not null check (actor in ('buyer', 'shop')),
    note text not null,
    at integer not null,
    primary key (order_id, step)
) without rowid;
"""
