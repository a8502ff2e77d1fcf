/// Carries out what a route says: the last filter of every chain.
///
/// [Router] decides and answers, [UpstreamRequest] is one attempt to get a response from one host.
@NullMarked
package dev.heddle.proxy.router;

import org.jspecify.annotations.NullMarked;
