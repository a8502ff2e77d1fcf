/// Counts the messages of calls of gRPC.
@NullMarked
package dev.heddle.proxy.filter.messages;

import org.jspecify.annotations.NullMarked;
