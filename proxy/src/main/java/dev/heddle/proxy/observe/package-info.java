/// What is known about an exchange, a connection, a listener or a cluster while and after it lives.
///
/// The machines that do the work say what happened, here; who counts, writes logs or makes spans
/// stands behind [ExchangeLog] and [ConnectionLog] and never changes what happens.
@NullMarked
package dev.heddle.proxy.observe;

import org.jspecify.annotations.NullMarked;
