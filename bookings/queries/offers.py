def offers_for(request): return ()
