/// Asks a service outside whether a request, or a connection, may pass.
///
/// The service is taken to be no better than a client: what it sends is bounded, checked, and never
/// passed on as it came.
@NullMarked
package dev.heddle.proxy.filter.extauthz;

import org.jspecify.annotations.NullMarked;
