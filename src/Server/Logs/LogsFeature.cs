namespace Postern.Server.Logs;

internal static class LogsFeature
{
    public static IServiceCollection AddLogs(this IServiceCollection services) => services
        .AddSingleton<LogStore>()
        .AddHostedService<LogUpkeep>();
}
