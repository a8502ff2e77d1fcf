/// How servers of others are got into: a Prometheus that is asked, a backend that is told.
@NullMarked
package dev.heddle.signals.remote;

import org.jspecify.annotations.NullMarked;
