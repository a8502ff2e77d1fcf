/// What is told of traffic: one request as an access log has it, one span, one point of a metric.
///
/// Nothing here knows how it came or where it goes. A text that is not known is empty.
@NullMarked
package dev.heddle.signals.record;

import org.jspecify.annotations.NullMarked;
