using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Postern.Server.Iam;

internal static class IamFeature
{
    public static IServiceCollection AddIam(this IServiceCollection services)
    {
        services.TryAddSingleton<FindNode>((_, _) => default); // replaced by the feature that owns nodes
        return services;
    }
}
