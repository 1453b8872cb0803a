using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Sessions;

internal static class SessionsFeature
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.TryAddSingleton(new SessionLimits());
        return services
            .AddSingleton<SessionStore>()
            .AddSingleton(provider => new LiveSessions(
                provider.GetRequiredService<SessionStore>(), provider.GetRequiredService<NodeConnections>(), provider.GetRequiredService<SessionLimits>(), provider.GetRequiredService<SessionJournal>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LiveSessions>>(),
                only: provider.GetRequiredService<Database>().IsShared ? provider.GetRequiredService<ServerOptions>().Name : null))
            .AddSingleton<SessionResources>()
            .AddSingleton<SessionLogs>()
            .AddSingleton<SessionStarts>()
            .AddSingleton<SessionAdmission>()
            .AddSingleton<StartSession>()
            .AddSingleton<ResumeSession>()
            .AddSingleton<TerminateSession>()
            .AddSingleton<DescribeSessions>()
            .AddSingleton<DescribeSession>()
            .AddSingleton(provider => new SessionJournal(
                provider.GetRequiredService<AuditLog>().Record, provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<TimeProvider>()))
            .AddHostedService<SessionUpkeep>()
            .AddHostedService<SharedSessions>()
            .AddHostedService<SessionOwners>();
    }

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var resources = services.GetRequiredService<SessionResources>();
        var nodes = services.GetRequiredService<NodePlaces>();
        operations.Add(SsmOperations.StartSession, Access.User, "ssm:StartSession", resources.StartAsync, services.GetRequiredService<StartSession>().HandleAsync,
            gateway: (request, cancellationToken) => nodes.GatewayOfAsync(request.Target, cancellationToken));
        operations.Add(SsmOperations.ResumeSession, Access.User, "ssm:ResumeSession",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<ResumeSession>().HandleAsync,
            gateway: (request, cancellationToken) => resources.GatewayOfLiveAsync(request.SessionId, cancellationToken));
        operations.Add(SsmOperations.TerminateSession, Access.User, "ssm:TerminateSession",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<TerminateSession>().HandleAsync,
            gateway: (request, cancellationToken) => resources.GatewayOfLiveAsync(request.SessionId, cancellationToken));
        operations.Add(SessionOperations.DescribeSession, Access.User, "postern:DescribeSession",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<DescribeSession>().HandleAsync,
            gateway: (request, cancellationToken) => resources.GatewayOfLiveAsync(request.SessionId, cancellationToken));
        operations.Add(SsmOperations.DescribeSessions, Access.User, "ssm:DescribeSessions", Touched.Anything, services.GetRequiredService<DescribeSessions>().HandleAsync);
    }
}
