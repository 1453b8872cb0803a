using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Recordings.Delivery;

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
            .AddSingleton<RecordingRepair>()
            .AddSingleton<RecordingRemoval>()
            .AddSingleton<RetentionClock>()
            .AddSingleton<RecordingRetention>()
            .AddSingleton<RecordingAdmission>()
            .AddHostedService(provider => provider.GetRequiredService<RecordingAdmission>())
            .AddHostedService<RecordingUpkeep>()
            .AddSingleton<RecordingWriter>()
            .AddSingleton<Recorder>()
            .AddHostedService(provider => provider.GetRequiredService<Recorder>())
            .AddSingleton<DeliveryStore>()
            .AddSingleton<AwsAccess>()
            .AddSingleton<ObjectStore>()
            .AddSingleton<ObjectDelivery>()
            .AddSingleton<LogDelivery>()
            .AddHostedService<DeliveryWorker>();
    }

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var keys = services.GetRequiredService<RecordingKeys>();
        operations.Add(RecordingOperations.GetRecordingKey, Access.User, "postern:GetRecordingKey", Touched.Anything,
            (_, _, _) => Task.FromResult(new GetRecordingKeyResponse { PublicKey = keys.PublicKey, Fingerprint = RecordingSignature.FingerprintOf(keys.PublicKey) }));
    }
}
