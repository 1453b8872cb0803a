using Postern.Server.Settings;

namespace Postern.Server.Audit;

internal static class AuditFeature
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditStore>()
        .AddSingleton(provider => new AuditWitness(Path.Combine(provider.GetRequiredService<ServerOptions>().Data, "audit.head")))
        .AddSingleton<AuditLog>()
        .AddHostedService(provider => provider.GetRequiredService<AuditLog>())
        .AddHostedService<AuditUpkeep>();
}
