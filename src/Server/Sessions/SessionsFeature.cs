using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Sessions;

internal static class SessionsFeature
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.TryAddSingleton(new SessionLimits());
        return services
            .AddSingleton<SessionStore>()
            .AddSingleton<LiveSessions>()
            .AddSingleton<StartSession>()
            .AddSingleton<ResumeSession>()
            .AddSingleton<TerminateSession>()
            .AddSingleton<DescribeSessions>()
            .AddHostedService<SessionUpkeep>();
    }

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        operations.Add(SsmOperations.StartSession, Access.User, "ssm:StartSession", services.GetRequiredService<StartSession>().HandleAsync);
        operations.Add(SsmOperations.ResumeSession, Access.User, "ssm:ResumeSession", services.GetRequiredService<ResumeSession>().HandleAsync);
        operations.Add(SsmOperations.TerminateSession, Access.User, "ssm:TerminateSession", services.GetRequiredService<TerminateSession>().HandleAsync);
        operations.Add(SsmOperations.DescribeSessions, Access.User, "ssm:DescribeSessions", services.GetRequiredService<DescribeSessions>().HandleAsync);
    }
}
