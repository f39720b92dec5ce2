//! What a worker gives up before it touches a photo: core dumps, files, sockets, new programs, and all but a few system calls.
//!
//! Must run before any thread starts: seccomp filters are per thread. The order matters: limits, then no new privileges,
//! then Landlock, then seccomp (which forbids what the others need).

use std::collections::BTreeMap;

use crate::measure::Threads;
use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};

/// How much a worker may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Caps {
    /// Address space, bytes.
    pub memory_bytes: u64,
    /// CPU time, seconds.
    pub cpu_secs: u64,
}

/// What became of the request for a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SandboxStatus {
    /// Landlock forbids every file, every port and every abstract socket.
    pub landlock: bool,
    /// Only the listed system calls pass.
    pub seccomp: bool,
}

impl SandboxStatus {
    /// Whether both stand.
    pub fn is_full(self) -> bool {
        self.landlock && self.seccomp
    }
}

/// The system calls a worker needs to read its input, compute, answer and end. Everything else kills it.
const ALLOWED_CALLS: [libc::c_long; 30] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mprotect,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

fn cap(resource: Resource, most: u64) -> Result<(), rustix::io::Errno> {
    rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
}

/// Gives everything up. The caller decides whether less than a full sandbox will do.
///
/// # Errors
/// The errno of the limit that could not be set.
pub fn enter(caps: Caps, threads: Threads) -> Result<SandboxStatus, rustix::io::Errno> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    cap(Resource::Core, 0)?;
    cap(Resource::Fsize, 0)?;
    cap(Resource::Nofile, 16)?;
    cap(Resource::Cpu, caps.cpu_secs)?;
    cap(Resource::As, caps.memory_bytes)?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::thread::set_no_new_privs(true)?;
    Ok(SandboxStatus { landlock: forbid_files_and_ports(), seccomp: forbid_calls(threads) })
}

fn forbid_files_and_ports() -> bool {
    let abi = ABI::V6;
    let forbid = || -> Result<RulesetStatus, landlock::RulesetError> {
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    // An older kernel enforces a part: files are always among it, and seccomp forbids sockets anyway.
    matches!(forbid(), Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced))
}

/// `fcntl(fd, F_GETFD)`: debug builds of the standard library ask it before they close a descriptor.
fn is_descriptor_open() -> Result<SeccompRule, seccompiler::BackendError> {
    let command = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, libc::F_GETFD as u64)?;
    SeccompRule::new(vec![command])
}

/// `clone` with the very flags a C library starts a thread with: nothing else can be made of it, least of all a process.
fn starts_thread() -> Result<SeccompRule, seccompiler::BackendError> {
    const FLAGS: i32 = libc::CLONE_VM
        | libc::CLONE_FS
        | libc::CLONE_FILES
        | libc::CLONE_SYSVSEM
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SETTLS
        | libc::CLONE_PARENT_SETTID
        | libc::CLONE_CHILD_CLEARTID;
    let flags = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, FLAGS as u64)?;
    SeccompRule::new(vec![flags])
}

fn forbid_calls(threads: Threads) -> bool {
    let (Ok(asks_only), Ok(starts_thread)) = (is_descriptor_open(), starts_thread()) else { return false };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED_CALLS.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_fcntl, vec![asks_only]);
    if threads == Threads::Two {
        rules.insert(libc::SYS_clone, vec![starts_thread]);
        for call in [libc::SYS_clone3, libc::SYS_set_robust_list, libc::SYS_rseq] {
            rules.insert(call, Vec::new());
        }
        // clone3 keeps its flags where no filter can see them: as if the kernel had none, and the C library takes clone
        let unseen = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        if !apply(unseen, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32)) {
            return false;
        }
    }
    // where two filters differ, the stricter one holds
    apply(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}

fn apply(rules: BTreeMap<i64, Vec<SeccompRule>>, others: SeccompAction, these: SeccompAction) -> bool {
    let Ok(arch) = std::env::consts::ARCH.try_into() else { return false };
    SeccompFilter::new(rules, others, these, arch)
        .and_then(BpfProgram::try_from)
        .is_ok_and(|program| seccompiler::apply_filter(&program).is_ok())
}
