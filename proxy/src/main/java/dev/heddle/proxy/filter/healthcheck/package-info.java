/// Answers the health checks of whoever sends requests here.
@NullMarked
package dev.heddle.proxy.filter.healthcheck;

import org.jspecify.annotations.NullMarked;
