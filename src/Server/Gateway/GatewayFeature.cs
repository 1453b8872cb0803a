using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Postern.Server.Gateway;

internal static class GatewayFeature
{
    private const string Control = "/v1/control-channel/{nodeId}", Data = "/v1/data-channel/{sessionId}";

    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        services.TryAddSingleton(new RelayOptions());
        return services
            .AddSingleton<NodeCallers>()
            .AddSingleton<ChannelTokens>()
            .AddSingleton<ChannelUpgrade>()
            .AddSingleton<ChannelEndpoint>()
            .AddSingleton<Relays>()
            .AddHostedService(provider => provider.GetRequiredService<Relays>());
    }

    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        var channels = routes.ServiceProvider.GetRequiredService<ChannelEndpoint>();
        routes.MapPost(Control, (HttpContext http, string nodeId) => channels.CreateControlChannelAsync(http, nodeId));
        routes.MapPost(Data, (HttpContext http, string sessionId) => channels.CreateDataChannelAsync(http, sessionId));
        routes.MapGet(Control, (HttpContext http, string nodeId) => channels.OpenControlChannelAsync(http, nodeId));
        routes.MapGet(Data, (HttpContext http, string sessionId) => channels.OpenDataChannelAsync(http, sessionId));
    }
}
