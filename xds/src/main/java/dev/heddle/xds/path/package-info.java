/// Requests' paths as both planes must read them: proxies before they decide, and the control plane
/// where it says what they would decide.
@NullMarked
package dev.heddle.xds.path;

import org.jspecify.annotations.NullMarked;
