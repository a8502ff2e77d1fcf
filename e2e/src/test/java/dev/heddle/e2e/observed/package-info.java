/// What is shipped for those who watch a mesh: dashboards and alerts.
@NullMarked
package dev.heddle.e2e.observed;

import org.jspecify.annotations.NullMarked;
