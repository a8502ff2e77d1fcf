/// Tests beside a real Prometheus.
@NullMarked
package dev.heddle.signals.prometheus;

import org.jspecify.annotations.NullMarked;
