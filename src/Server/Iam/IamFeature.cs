using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Server.Settings;

namespace Postern.Server.Iam;

internal static class IamFeature
{
    public static IServiceCollection AddIam(this IServiceCollection services)
    {
        services.TryAddSingleton<FindNode>((_, _) => default); // replaced by the feature that owns nodes
        return services
            .AddSingleton(provider => MasterKeySource.Find(provider.GetRequiredService<ServerOptions>(), Environment.GetEnvironmentVariable).Load())
            .AddSingleton<AccessKeySecrets>()
            .AddSingleton<PrincipalStore>()
            .AddSingleton<IdentitySeed>()
            .AddSingleton<PrincipalUse>()
            .AddHostedService<PrincipalUseWriter>()
            .AddSingleton<NodeCredentials>()
            .AddSingleton<TemporaryCredentials>()
            .AddSingleton<WrongSignatures>()
            .AddSingleton<SeenSignatures>()
            .AddSingleton<RequestAuthenticator>();
    }
}
