/// The proxies that are compared, and the equal configurations that they are given.
///
/// A [Shape] says what a proxy has to do; each peer's configuration is written from it. So two
/// peers of one row do the same work, as far as they can do it.
@NullMarked
package dev.heddle.bench.peer;

import org.jspecify.annotations.NullMarked;
