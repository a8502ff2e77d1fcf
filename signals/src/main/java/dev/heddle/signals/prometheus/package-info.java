/// Golden signals of a mesh whose metrics a Prometheus keeps.
@NullMarked
package dev.heddle.signals.prometheus;

import org.jspecify.annotations.NullMarked;
