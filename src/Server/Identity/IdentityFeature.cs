using System.Diagnostics.CodeAnalysis;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Account;
using Postern.Server.Identity.Groups;
using Postern.Server.Identity.Policies;
using Postern.Server.Identity.Roles;
using Postern.Server.Identity.Simulation;
using Postern.Server.Identity.Sts;
using Postern.Server.Identity.Users;

namespace Postern.Server.Identity;

/// <summary>The operations of IAM and STS.</summary>
internal static class IdentityFeature
{
    public static IServiceCollection AddIdentity(this IServiceCollection services) => services
        .AddSingleton<IdentityStore>()
        .AddSingleton<IdentityResources>();

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var resources = services.GetRequiredService<IdentityResources>();
        Make<UserOperations>().AddTo(operations, resources);
        Make<AccessKeyOperations>().AddTo(operations, resources);
        Make<GroupOperations>().AddTo(operations, resources);
        Make<MembershipOperations>().AddTo(operations, resources);
        Make<RoleOperations>().AddTo(operations, resources);
        Make<InstanceProfileOperations>().AddTo(operations, resources);
        Make<InlinePolicyOperations>().AddTo(operations, resources);
        Make<ManagedPolicyOperations>().AddTo(operations, resources);
        Make<PolicyVersionOperations>().AddTo(operations, resources);
        Make<AttachmentOperations>().AddTo(operations, resources);
        Make<BoundaryOperations>().AddTo(operations, resources);
        Make<TagOperations>().AddTo(operations, resources);
        Make<AccountOperations>().AddTo(operations);
        Make<AuthorizationDetails>().AddTo(operations);
        Make<AbsentFeatures>().AddTo(operations, resources);
        Make<CallerOperations>().AddTo(operations);
        Make<AssumeRole>().AddTo(operations);
        Make<SessionToken>().AddTo(operations);
        IamSimulations.AddTo(operations, services.GetRequiredService<PrincipalStore>(), services.GetRequiredService<TimeProvider>());
        var access = Make<SimulateAccess>();
        operations.Add(SimulationOperations.SimulateAccess, Access.User, "postern:SimulateAccess", access.TouchesAsync, access.HandleAsync);
        operations.Add(SimulationOperations.SimulatePolicy, Access.User, "postern:SimulatePolicy", Touched.Anything, SimulatePolicy.HandleAsync);

        T Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>() => ActivatorUtilities.CreateInstance<T>(services);
    }
}
