using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Postern.Server.Recordings;

internal static class RecordingsFeature
{
    public static IServiceCollection AddRecordings(this IServiceCollection services)
    {
        services.TryAddSingleton(new RecordingLimits());
        return services
            .AddSingleton<RecordingFolder>()
            .AddSingleton<RecordingStore>()
            .AddSingleton<RecordingKeys>()
            .AddHostedService(provider => provider.GetRequiredService<RecordingKeys>())
            .AddSingleton<RecordingCatalog>()
            .AddHostedService(provider => provider.GetRequiredService<RecordingCatalog>())
            .AddSingleton<RecordingWriter>()
            .AddSingleton<Recorder>()
            .AddHostedService(provider => provider.GetRequiredService<Recorder>());
    }
}
