/// The hash functions by which Envoy maps keys to hosts, bit by bit the same.
@NullMarked
package dev.heddle.proxy.hash;

import org.jspecify.annotations.NullMarked;
