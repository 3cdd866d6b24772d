SELECT components FROM projections WHERE identity = $identity;
