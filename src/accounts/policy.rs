//! Which role may do what. A pure table: no database, no clock, no exceptions.

use crate::domain::Role;

/// Something a signed-in person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Send photos, cancel.
    WriteAnalyses,
    /// See analyses and read reports.
    ReadAnalyses,
    /// Destroy an analysis and its report.
    DeleteAnalyses,
    /// See and change webhook endpoints.
    ManageWebhooks,
    /// Make, see and revoke API keys.
    ManageKeys,
    /// See and change the agency's people.
    ManagePeople,
    /// Run the service: agencies, sweeps, health. Never photos or reports.
    OperateService,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 7] = [
        Self::WriteAnalyses,
        Self::ReadAnalyses,
        Self::DeleteAnalyses,
        Self::ManageWebhooks,
        Self::ManageKeys,
        Self::ManagePeople,
        Self::OperateService,
    ];
}

/// Whether `role` may. For an owner or member it always means: within their own agency.
pub const fn may(role: Role, permission: Permission) -> bool {
    use Permission::{DeleteAnalyses, ManageKeys, ManagePeople, ManageWebhooks, OperateService, ReadAnalyses, WriteAnalyses};
    match permission {
        WriteAnalyses | ReadAnalyses | DeleteAnalyses => matches!(role, Role::Owner | Role::Member),
        ManageWebhooks | ManageKeys | ManagePeople => matches!(role, Role::Owner),
        OperateService => matches!(role, Role::Admin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_matrix() {
        let matrix: Vec<String> = Permission::ALL
            .into_iter()
            .map(|permission| {
                let marks: String = Role::ALL.into_iter().map(|role| if may(role, permission) { 'x' } else { '.' }).collect();
                format!("{permission:?} {marks}")
            })
            .collect();
        // owner, member, admin
        assert_eq!(
            matrix,
            [
                "WriteAnalyses xx.",
                "ReadAnalyses xx.",
                "DeleteAnalyses xx.",
                "ManageWebhooks x..",
                "ManageKeys x..",
                "ManagePeople x..",
                "OperateService ..x",
            ]
        );
    }
}
