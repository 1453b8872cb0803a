using Postern.Server.Settings;

namespace Postern.Server.Storage;

internal static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
        => services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<ServerOptions>();
            return Database.Create(options.Database ?? SqliteDatabase.Prefix + Path.Combine(options.Data, "postern.db"));
        });
}
