/// Requests that this proxy makes itself: copies of others' requests, and questions to services
/// that filters ask.
@NullMarked
package dev.heddle.proxy.upstream.call;

import org.jspecify.annotations.NullMarked;
