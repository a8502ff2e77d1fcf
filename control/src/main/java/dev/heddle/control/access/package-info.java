/// Who may use the control plane's API, and for what.
///
/// An account has roles, each in one namespace or in all; whoever calls proves an account by a
/// token. Start at [dev.heddle.control.access.Accounts].
@NullMarked
package dev.heddle.control.access;

import org.jspecify.annotations.NullMarked;
