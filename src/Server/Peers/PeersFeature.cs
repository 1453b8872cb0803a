namespace Postern.Server.Peers;

/// <summary>Gateways that share a database: whoever is asked finds the one that has the answer.</summary>
internal static class PeersFeature
{
    public static IServiceCollection AddPeers(this IServiceCollection services) => services
        .AddSingleton<PeerStore>()
        .AddSingleton<PeerSigns>()
        .AddSingleton<PeerProof>()
        .AddSingleton<PeerRequests>()
        .AddSingleton<PeerCalls>()
        .AddSingleton<PeerUpkeep>()
        .AddHostedService(provider => provider.GetRequiredService<PeerUpkeep>());
}
