/// How many hosts of a cluster stock Envoy sends no requests to. It tells how many they are, and
/// not which; Heddle's proxy tells the control plane of each by a call of its own.
@NullMarked
package dev.heddle.signals.hosts;

import org.jspecify.annotations.NullMarked;
