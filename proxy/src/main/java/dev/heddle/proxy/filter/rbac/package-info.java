/// Who may do what (`envoy.config.rbac.v3.RBAC`).
@NullMarked
package dev.heddle.proxy.filter.rbac;

import org.jspecify.annotations.NullMarked;
