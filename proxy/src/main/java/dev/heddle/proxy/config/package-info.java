/// From Envoy's messages to what this proxy runs.
///
/// Parsers turn protobuf messages into validated records and never leave a field unread: what this
/// proxy does not do is a rejection that names resource and field, or, where leaving it out changes
/// no request, a note that operators can list. Everything else in the proxy sees the records only.
@NullMarked
package dev.heddle.proxy.config;

import org.jspecify.annotations.NullMarked;
